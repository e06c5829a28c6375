/** A column that is left out where there is too little room; the details have it. */
export const WIDE_CELL = 'hidden @min-[900px]:table-cell';
