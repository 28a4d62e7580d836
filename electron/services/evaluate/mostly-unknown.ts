/** A warning where more than half of the ids of a file are nobody's, as a list of none or one. */
export function mostlyUnknown(unknown: number, all: number): string[] {
  if (unknown <= all / 2) return [];
  return [
    `${unknown} of ${all} ids are of no customer here, which is most of them: are they ids of another system, or written otherwise (letter case, leading zeros)?`,
  ];
}
