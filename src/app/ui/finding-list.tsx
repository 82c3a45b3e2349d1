import { noticeAsText } from '../../state/notices';
import type { Finding, Severity } from '../../state/types';
import { formatCount } from '../format';
import { CopyButton } from './copy-button';
import { Icon } from './icon';
import './finding-list.css';

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];
const NAMES: Readonly<Record<Severity, string>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Remark',
};

/** The gravest severity among the findings, or null if there are none. */
export function gravest(findings: readonly Finding[]): Severity | null {
  return (
    ORDER.find((severity) => findings.some((finding) => finding.severity === severity)) ?? null
  );
}

/** Findings, gravest first, with their details on demand and a way to copy all of it. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  const sorted = findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  return (
    <ul className="findings">
      {sorted.map((finding) => (
        <FindingItem
          key={`${finding.severity} ${finding.subject ?? ''} ${finding.message}`}
          finding={finding}
        />
      ))}
    </ul>
  );
}

function FindingItem({ finding }: { finding: Finding }) {
  const { severity, subject, message, details } = finding;
  const title = subject ? `${NAMES[severity]}, ${subject}` : NAMES[severity];
  return (
    <li className={`finding ${severity}`}>
      <Icon name={severity} />
      <div className="finding-body">
        <p>
          <span className="visually-hidden">{NAMES[severity]}: </span>
          {subject && <strong>{subject}: </strong>}
          {message}
        </p>
        <DetailLines lines={details} />
      </div>
      <CopyButton label="Copy this finding" text={noticeAsText({ ...finding, title })} />
    </li>
  );
}

/** Offending tensors or files, folded away until asked for. */
export function DetailLines({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <details className="detail-lines">
      <summary>
        {formatCount(lines.length)} {lines.length === 1 ? 'detail' : 'details'}
      </summary>
      <pre>{lines.join('\n')}</pre>
    </details>
  );
}
