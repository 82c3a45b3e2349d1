/** Line icons on a 16-unit grid. Decoration only: the control that carries one brings its own name. */
const PATHS = {
  chevron: 'M6 4l4 4-4 4',
  up: 'M8 13V3M4 7l4-4 4 4',
  down: 'M8 3v10M4 9l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  plus: 'M8 3v10M3 8h10',
  folder: 'M2 4h4l1.5 2H14v7H2z',
  error: 'M8 4.5v4.5M8 11.4v.1M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8z',
  warning: 'M8 6v3.5M8 11.6v.1M8 2L1.8 13.5h12.4z',
  info: 'M8 7.2v4.2M8 4.7v.1M8 1.8a6.2 6.2 0 100 12.4A6.2 6.2 0 008 1.8z',
  undo: 'M6 3L2.5 6.5 6 10M2.5 6.5H9a4 4 0 010 8H6',
  redo: 'M10 3l3.5 3.5L10 10M13.5 6.5H7a4 4 0 000 8h3',
  link: 'M6.7 9.3a2.6 2.6 0 003.7 0l2.4-2.4a2.6 2.6 0 00-3.7-3.7L8 4.3M9.3 6.7a2.6 2.6 0 00-3.7 0L3.2 9.1a2.6 2.6 0 003.7 3.7L8 11.7',
  sliders: 'M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M11 3v3M5 10v3',
  pin: 'M6 2.5h4M6.5 2.5v4L4 9.5h8L9.5 6.5v-4M8 9.5v4.5',
  download: 'M8 2v8M4.5 6.8L8 10.3l3.5-3.5M3 13.5h10',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
