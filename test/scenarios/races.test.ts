import t from 'tap'
import { races } from '../../scenarios/races/scenario.js'
import { replay } from './replay.js'

void replay(t, races)
