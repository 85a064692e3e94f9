import t from 'tap'
import { cosignKey } from '../../scenarios/cosign-key/scenario.js'
import { replay } from './replay.js'

void replay(t, cosignKey)
