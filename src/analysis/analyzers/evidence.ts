import type { AnalyzerName, CauseCode } from '../../protocol/assessment.ts';
import type { Evidence } from '../protocol.ts';

interface Stretch {
  analyzer: AnalyzerName;
  version: string;
  fromMs: number;
  toMs: number;
  details?: Record<string, number>;
}

/** The analyzer looked, and says this. */
export function looked(stretch: Stretch, finding: { llr: number; quality: number; code: CauseCode }): Evidence {
  return { details: {}, ...stretch, ...finding, abstained: false };
}

/** The analyzer could not tell, for this reason; that never speaks for anybody. */
export function abstained(stretch: Stretch, code: CauseCode): Evidence {
  return { details: {}, ...stretch, llr: 0, quality: 0, code, abstained: true };
}
