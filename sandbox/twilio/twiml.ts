import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { TwilioError } from './twilio-error.ts'
import { twimlRules, unsupportedVerbs } from './twiml-rules.ts'

export interface TwimlElement {
  name: string
  /** Those that hold: an attribute that is unknown or wrong is warned about and left out. */
  attributes: Record<string, string>
  text: string
  children: TwimlElement[]
}

type Warn = (code: number, message: string) => void
type ParsedNode = Record<string, unknown>

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: true,
})

/**
 * Reads a TwiML document, as particular as Twilio is: names are case-sensitive, unknown attributes and bad values are warned about (12200).
 * @throws TwilioError 12100 not XML · 12102 not a <Response> · 13221 an element where it may not be
 */
export function parseTwiml(xml: string, warn: Warn): TwimlElement[] {
  const validity = XMLValidator.validate(xml)
  if (validity !== true) throw new TwilioError(12100, `Document parse failure: ${validity.err.msg}, line ${validity.err.line}`)
  if (/<!DOCTYPE/i.test(xml)) throw new TwilioError(12100, 'Document parse failure: DOCTYPE is not allowed')
  const roots = parseXml(xml).filter((node) => nameOf(node) !== '?xml' && nameOf(node) !== '#text')
  if (roots.length !== 1 || nameOf(roots[0]!) !== 'Response') throw new TwilioError(12102, 'The root element must be <Response>')
  return readElement(roots[0]!, warn).children
}

function parseXml(xml: string): ParsedNode[] {
  try {
    return parser.parse(xml) as ParsedNode[]
  } catch (error) {
    throw new TwilioError(12100, `Document parse failure: ${(error as Error).message}`)
  }
}

const nameOf = (node: ParsedNode): string => Object.keys(node).find((key) => key !== ':@') ?? ''

function readElement(node: ParsedNode, warn: Warn): TwimlElement {
  const name = nameOf(node)
  const rule = twimlRules[name]!
  const content = node[name] as ParsedNode[]
  const text = content.map((child) => String(child['#text'] ?? '')).join('').trim()
  if (text && !rule.hasText) warn(12200, `Schema validation warning: <${name}> holds no text`)
  const children = content.filter((child) => nameOf(child) !== '#text').map((child) => {
    const childName = nameOf(child)
    if (rule.children?.includes(childName)) return readElement(child, warn)
    const reason = unsupportedVerbs.has(childName) ? 'the stand-in does not carry it out' : 'invalid element'
    throw new TwilioError(13221, `<${childName}> inside <${name}>: ${reason}`)
  })
  return { name, attributes: readAttributes(node, name, warn), text, children }
}

function readAttributes(node: ParsedNode, name: string, warn: Warn): Record<string, string> {
  const { attributes: checks, required = [] } = twimlRules[name]!
  const given = Object.entries((node[':@'] ?? {}) as Record<string, string>)
  const kept = given.filter(([attribute, value]) => {
    const check = Object.hasOwn(checks, attribute) ? checks[attribute] : undefined
    if (!check) warn(12200, `Schema validation warning: attribute '${attribute}' is not allowed to appear in element '${name}'`)
    else if (!check(value)) warn(12200, `Schema validation warning: value '${value.slice(0, 80)}' of attribute '${attribute}' on element '${name}' is not valid`)
    return check?.(value) ?? false
  })
  const attributes = Object.fromEntries(kept)
  for (const attribute of required.filter((candidate) => !(candidate in attributes))) {
    throw new TwilioError(12200, `Attribute '${attribute}' must appear on element '${name}'`)
  }
  return attributes
}
