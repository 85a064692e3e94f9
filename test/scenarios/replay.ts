import type { Test } from 'tap'
import { playScenario } from '../../scenarios/play.js'
import type { Scenario } from '../../scenarios/scenario.js'

/** Plays a scenario as a test; its transcript is shown when it fails. */
export async function replay(t: Test, scenario: Scenario): Promise<void> {
  await t.test(scenario.title, async (t) => {
    const transcript: string[] = []
    try {
      await playScenario(scenario, (text) => void transcript.push(text))
      t.pass('to the end')
    } catch (error) {
      t.comment(transcript.join(''))
      throw error
    }
  })
}
