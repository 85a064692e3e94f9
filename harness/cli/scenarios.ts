/**
 * `scenarios [NAME...]`: runs end-to-end stories with the real clients, all when none is named. Answers the exit code:
 * 1 when one failed. @throws UsageError for a scenario that there is not.
 *
 * Scenarios are written with the harness, as anybody's tests are, and the harness knows nothing of them. This command
 * alone reaches the other way, so it looks for their entry when it runs, in the folder that the package keeps them in.
 */
export async function scenarios(names: readonly string[]): Promise<number> {
  const entry = new URL('../../scenarios/run.js', import.meta.url)
  const { runScenarios } = (await import(entry.href)) as { runScenarios: (names: readonly string[]) => Promise<number> }
  return runScenarios(names)
}
