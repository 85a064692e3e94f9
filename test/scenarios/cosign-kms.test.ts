import t from 'tap'
import { cosignKms } from '../../scenarios/cosign-kms/scenario.js'
import { replay } from './replay.js'

void replay(t, cosignKms)
