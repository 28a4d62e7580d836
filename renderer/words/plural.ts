/** A count, as the window writes it, of what is counted: "1 row", "1,500 rows". */
export const many = (count: string, one: string): string => `${count} ${one}${count === '1' ? '' : 's'}`;

/** The verb of so many. */
export const be = (count: string): string => (count === '1' ? 'is' : 'are');
