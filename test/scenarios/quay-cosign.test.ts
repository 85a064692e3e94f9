import t from 'tap'
import { quayCosign } from '../../scenarios/quay-cosign/scenario.js'
import { replay } from './replay.js'

void replay(t, quayCosign)
