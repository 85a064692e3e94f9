import t from 'tap'
import { opaPolicy } from '../../scenarios/opa-policy/scenario.js'
import { replay } from './replay.js'

void replay(t, opaPolicy)
