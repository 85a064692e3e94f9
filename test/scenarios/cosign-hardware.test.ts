import t from 'tap'
import { cosignHardware } from '../../scenarios/cosign-hardware/scenario.js'
import { replay } from './replay.js'

void replay(t, cosignHardware)
