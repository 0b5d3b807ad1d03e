export interface TranscriptLine {
  at: string
  /** Empty for what happened beside the words. */
  speaker: string
  text: string
}

/** One block of a mail; what is empty in it is left out, and so is a section with nothing else. */
export interface MailSection {
  heading?: string
  rows?: [label: string, value: string][]
  paragraphs?: string[]
  bullets?: string[]
  lines?: TranscriptLine[]
}

export interface MailContent {
  title: string
  intro: string
  /** E.164 number that the mail's only link rings; null for none. */
  callback: string | null
  sections: MailSection[]
}

const styles = {
  body: 'margin:0;padding:24px;background:#f5f5f4;color:#1c1917;font:16px/1.5 system-ui,sans-serif',
  card: 'max-width:640px;margin:0 auto;padding:24px;background:#fff;border-radius:8px',
  label: 'padding:2px 16px 2px 0;color:#57534e;text-align:left;font-weight:normal;vertical-align:top',
  quiet: 'color:#57534e;font-size:14px',
}

export function renderText({ title, intro, sections }: MailContent): string {
  const blocks = sections
    .filter(hasContent)
    .map(({ heading, rows = [], paragraphs = [], bullets = [], lines = [] }) =>
      [
        ...(heading ? [heading.toUpperCase()] : []),
        ...rows.filter(([, value]) => value).map(([label, value]) => `${label}: ${oneLine(value)}`),
        ...paragraphs.map(oneLine),
        ...bullets.map((bullet) => `- ${oneLine(bullet)}`),
        ...lines.map(({ at, speaker, text }) =>
          speaker ? `${at}  ${speaker}: ${oneLine(text)}` : `${at}  [${oneLine(text)}]`,
        ),
      ].join('\n'),
    )
  return `${[oneLine(title), intro, ...blocks].join('\n\n')}\n`
}

export function renderHtml({ title, intro, callback, sections }: MailContent): string {
  const link = callback ? `<p><a href="tel:${escapeHtml(callback)}">Call back</a></p>` : ''
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`,
    `<body style="${styles.body}"><div style="${styles.card}">`,
    `<p style="${styles.quiet}">${escapeHtml(intro)}</p><h1 style="margin:0;font-size:22px">${escapeHtml(title)}</h1>${link}`,
    ...sections.filter(hasContent).map(renderSection),
    '</div></body></html>',
  ].join('\n')
}

function renderSection({ heading, rows = [], paragraphs = [], bullets = [], lines = [] }: MailSection): string {
  const cells = rows
    .filter(([, value]) => value)
    .map(
      ([label, value]) =>
        `<tr><th scope="row" style="${styles.label}">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
    )
  return [
    heading ? `<h2 style="margin:24px 0 4px;font-size:16px">${escapeHtml(heading)}</h2>` : '',
    cells.length > 0 ? `<table style="border-collapse:collapse">${cells.join('')}</table>` : '',
    ...paragraphs.map((paragraph) => `<p style="margin:4px 0">${escapeHtml(paragraph)}</p>`),
    bullets.length > 0 ? `<ul>${bullets.map((bullet) => `<li>${escapeHtml(bullet)}</li>`).join('')}</ul>` : '',
    ...lines.map(renderLine),
  ].join('')
}

function renderLine({ at, speaker, text }: TranscriptLine): string {
  const words = speaker ? `<b>${escapeHtml(speaker)}:</b> ${escapeHtml(text)}` : `<i>${escapeHtml(text)}</i>`
  return `<p style="margin:4px 0"><span style="${styles.quiet}">${escapeHtml(at)}</span> ${words}</p>`
}

function hasContent({ rows = [], paragraphs = [], bullets = [], lines = [] }: MailSection): boolean {
  return rows.some(([, value]) => value) || paragraphs.length + bullets.length + lines.length > 0
}

/** Words of callers and models stay on their line: they must not look like a part of the mail. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ')

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
