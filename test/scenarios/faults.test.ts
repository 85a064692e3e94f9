import t from 'tap'
import { faults } from '../../scenarios/faults/scenario.js'
import { replay } from './replay.js'

void replay(t, faults)
