/**
 * Runs something that is to be quick, and answers what it answers. The processor's time counts, since others use the
 * machine too; and the least of three, since once can be the garbage collector.
 * @param longest Milliseconds.
 * @throws Error when it takes longer.
 */
export async function quickly<T>(run: () => T | Promise<T>, longest = 50): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const begun = process.cpuUsage()
    const answer = await run()
    const { user, system } = process.cpuUsage(begun)
    const took = (user + system) / 1000
    if (took <= longest) return answer
    if (tries === 3) throw new Error(`it took ${took.toFixed()} ms`)
  }
}
