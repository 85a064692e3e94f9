import t from 'tap'
import { admission } from '../../scenarios/admission/scenario.js'
import { replay } from './replay.js'

void replay(t, admission)
