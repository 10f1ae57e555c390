// Templates, in a small part of the language of FusionPBX's:
//
//   {* a comment *}
//   {$table.column}                                        a value of the table's first row; {$settings.name} a setting
//   {foreach $table as $row} … {$row.column} … {/foreach}  once for each row
//
// The tables are those of the job. What is absent prints nothing. After a comment or a `foreach`, a line end is dropped.

import { escaped } from './text.js';

const TAG = /\{(?:\*[^]*?\*\}\r?\n?|\$(?<table>[a-z0-9_]+)\.(?<column>[a-z0-9_]+)\}|foreach \$(?<each>[a-z0-9_]+) as \$(?<row>[a-z0-9_]+)\}\r?\n?|(?<end>\/foreach)\}\r?\n?|(?<wrong>[^\s]))/g;

// An error in a template, and its position: a `fault` of the interface.
export class Fault {
  constructor({ folder, file, text, at }, message) {
    const before = text.slice(0, at).split('\n');
    this.template = `${folder}/${file}`;
    this.line = before.length;
    this.column = new TextEncoder().encode(before.at(-1)).length + 1;
    this.message = message;
    this.excerpt = '';
  }
}

export class Template {
  #pieces = [];

  // The template of a source, or its fault.
  static parse({ folder, file, source }) {
    const text = decoded(source);
    const fault = (at, message) => new Fault({ folder, file, text: text ?? '', at }, message);
    if (text === null) return fault(0, 'the template is not UTF-8');
    const template = new Template();
    let open = null;
    let end = 0;
    for (const { 0: tag, index: at, groups } of text.matchAll(TAG)) {
      template.#pieces.push({ text: text.slice(end, at) });
      end = at + tag.length;
      if (groups.wrong) return fault(at, mistake(text.slice(at)));
      if (groups.each) {
        if (open) return fault(at, 'a foreach cannot contain another one');
        open = { each: groups.each, row: groups.row, at, pieces: template.#pieces };
        template.#pieces = [];
      } else if (groups.end) {
        if (!open) return fault(at, 'no foreach is open');
        open.pieces.push({ each: open.each, pieces: template.#pieces });
        template.#pieces = open.pieces;
        open = null;
      } else if (groups.table) {
        template.#pieces.push(value(groups, open));
      }
    }
    if (open) return fault(open.at, 'the foreach does not end');
    template.#pieces.push({ text: text.slice(end) });
    return template;
  }

  // The names of the settings that the template reads: sorted, each once.
  settings() {
    const names = (pieces) => pieces.flatMap((piece) => (piece.pieces ? names(piece.pieces) : (piece.setting ?? [])));
    return [...new Set(names(this.#pieces))].sort();
  }

  // The file of a job, as bytes. Throws `failure(why)` if a row does not fit the columns of its table.
  render(job, failure) {
    const output = { text: '' };
    write(output, this.#pieces, { job, failure });
    return new TextEncoder().encode(output.text);
  }
}

// What is wrong with the tag at the beginning of this text.
function mistake(text) {
  if (text.startsWith('{*')) return 'the comment does not end';
  if (text.startsWith('{$')) return 'a value is written {$table.column}';
  if (text.startsWith('{foreach $')) return 'a loop begins with {foreach $table as $row}';
  return 'unknown tag; there are {$table.column}, {foreach $table as $row}, {/foreach} and {* *}';
}

// The text of some bytes, or null if they are not UTF-8.
function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function value({ table, column }, open) {
  if (open && table === open.row) return { row: true, column };
  return table === 'settings' ? { setting: column } : { table, column };
}

function write(output, pieces, { job, failure, table, row }) {
  for (const piece of pieces) {
    if (piece.text !== undefined) {
      output.text += piece.text;
    } else if (piece.setting) {
      const setting = job.settings.find(({ name }) => name === piece.setting);
      if (setting) output.text += printed(setting.value, output.text);
    } else if (piece.row) {
      output.text += printed(cell(table, row, piece.column, failure), output.text);
    } else {
      const found = job.tables.find(({ name }) => name === (piece.each ?? piece.table));
      const rows = found ? found.rows : [];
      if (piece.each) {
        for (const row of rows) write(output, piece.pieces, { job, failure, table: found, row });
      } else if (rows.length > 0) {
        output.text += printed(cell(found, rows[0], piece.column, failure), output.text);
      }
    }
  }
}

function cell(table, row, column, failure) {
  if (row.length !== table.columns.length) throw failure(`table ${table.name} has a row without a value for each column`);
  return row[table.columns.indexOf(column)] ?? { tag: 'null' };
}

// A value of the interface, for its place after this text.
function printed(value, before) {
  switch (value.tag) {
    case 'text':
    case 'number':
      return escaped(value.val, before);
    case 'flag':
      return String(value.val);
    case 'items':
      return value.val.map((item) => escaped(item, before)).join(',');
    default:
      return '';
  }
}
