/** Points of each milestone; they add up to 130. */
const POINTS: Readonly<Record<string, number>> = {
  first_property: 20,
  five_properties: 30,
  branding: 15,
  pages: 10,
  first_inquiry: 25,
  logins: 10,
  team: 20,
};

export function pointsOf(milestones: readonly string[]): number {
  return milestones.reduce((sum, milestone) => sum + (POINTS[milestone] ?? 0), 0);
}
