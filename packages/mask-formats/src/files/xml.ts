/** XML files, element by element. Nothing is fetched or expanded: what declares a document type is refused. */
import { isFoveateError } from '@foveate/contracts';
import { SaxesParser } from 'saxes';
import { invalid } from './invalid.js';
import { chunksOf } from './open.js';

/** An element with all that is in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Characters between the children. */
  readonly text: string;
  readonly line: number;
}

/** Elements within one another, elements of one that is yielded, and characters of it, at most. */
const [mostLevels, mostElements, mostCharacters] = [32, 1_000_000, 2 ** 26];

interface Open extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/**
 * The elements of a name, in order; those within them are their children. Others are passed over.
 * @throws FoveateError `DATA_INVALID` with line and column: reason `xml-broken`, or `xml-doctype` for a document type
 * declaration, which could have entities expand without end or read other files; `PATH_MISSING` when there is no file
 */
export async function* xmlElements(path: string, names: readonly string[]): AsyncGenerator<XmlElement> {
  const parser = new SaxesParser<{ position: true; xmlns: false }>({ position: true, xmlns: false });
  const found: XmlElement[] = [];
  const open: Open[] = [];
  let [levels, elements, characters] = [0, 0, 0];
  const refuse = (what: string, reason = 'xml-broken', cause?: unknown) =>
    invalid({ what, where: `${path}:${parser.line}:${parser.column + 1}`, reason, advice: 'Export it anew', cause });
  parser.on('error', (cause) => {
    throw refuse(`The file is not XML: ${cause.message.replace(/^\d+:\d+: /, '')}`, 'xml-broken', cause);
  });
  parser.on('doctype', () => {
    throw refuse('The file declares a document type, which is not read', 'xml-doctype');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (++levels > mostLevels) throw refuse(`Elements are nested deeper than ${mostLevels} levels`);
    if (open.length === 0) {
      [elements, characters] = [0, 0];
      if (!names.includes(name)) return;
    }
    if (++elements > mostElements) throw refuse(`An element has more than ${mostElements} elements in it`);
    for (const value of Object.values(attributes)) characters += value.length;
    const element = { name, attributes, children: [], text: '', line: parser.line };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const onText = (text: string) => {
    const last = open.at(-1);
    if (last === undefined) return;
    last.text += text;
    characters += text.length;
    if (characters > mostCharacters) throw refuse(`An element has more than ${mostCharacters} characters`);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', () => {
    levels--;
    const closed = open.pop();
    if (closed !== undefined && open.length === 0) found.push(closed);
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let sinceTag = 0;
  for await (const chunk of chunksOf(path)) {
    try {
      parser.write(decoder.decode(chunk, { stream: true }));
    } catch (cause) {
      throw isFoveateError(cause) ? cause : refuse('The file is not text in UTF-8', 'xml-broken', cause);
    }
    sinceTag = found.length > 0 || levels === 0 ? 0 : sinceTag + chunk.length;
    if (sinceTag > mostCharacters) throw refuse(`An element has more than ${mostCharacters} characters`);
    yield* found.splice(0);
  }
  parser.close();
  yield* found.splice(0);
}

/** The text of the first child of a name, without space around it. */
export function childText({ children }: XmlElement, name: string): string | undefined {
  return children.find((child) => child.name === name)?.text.trim();
}

/** Text as XML has it, in attributes too. */
export function escapeXml(text: string): string {
  // What XML 1.0 has no way to write is left out.
  const plain = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
  return plain.replace(/[&<>"'\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
