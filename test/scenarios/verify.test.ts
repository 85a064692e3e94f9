import t from 'tap'
import { verify } from '../../scenarios/verify/scenario.js'
import { replay } from './replay.js'

void replay(t, verify)
