import { useEffect } from 'react';
import { usePage } from '../context';
import { pageTitle } from './page-title';

/** Keeps the title of the browser's tab: progress is seen from another tab as well. */
export function TabTitle() {
  const title = usePage(({ snapshot }) => pageTitle(snapshot));
  useEffect(() => {
    document.title = title;
  }, [title]);
  return null;
}
