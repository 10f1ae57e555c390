// Values in files of lines such as `name = value`.

// Line ends, also Unicode's, and characters that control a terminal.
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;

// A value that a user can edit, for its place after this text: it ends neither its line, nor the quotes or the name that it
// stands in.
export function escaped(value, before) {
  const line = before.slice(before.lastIndexOf('\n') + 1);
  let text = value.replace(CONTROL, ' ');
  if (!/[=:]/.test(line)) text = text.replace(/[=:]/g, '_');
  if (line.split('"').length % 2 === 0) text = text.replaceAll('"', "'");
  return text;
}
