// What the page says, in the language of whoever looks at it: by its English, which is the key.

import { LANGUAGE, LANGUAGES, TEXTS } from "./texts.js";

export { LANGUAGE, LANGUAGES };

/** A text, with these values in its {places}. */
export const told = (english, values = {}) => (TEXTS[english] ?? english).replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);

/** The same as pieces, where a value is an element. */
export const pieces = (english, values) => (TEXTS[english] ?? english).split(/\{(\w+)\}/).map((piece, index) => (index % 2 ? values[piece] : piece));

/** A number, as it is written in this language. */
export const number = (value, digits = 0) => value.toLocaleString(LANGUAGE, { minimumFractionDigits: digits, maximumFractionDigits: digits });
