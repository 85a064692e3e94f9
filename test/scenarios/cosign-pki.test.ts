import t from 'tap'
import { cosignPki } from '../../scenarios/cosign-pki/scenario.js'
import { replay } from './replay.js'

void replay(t, cosignPki)
