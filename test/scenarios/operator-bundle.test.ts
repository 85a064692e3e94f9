import t from 'tap'
import { operatorBundle } from '../../scenarios/operator-bundle/scenario.js'
import { replay } from './replay.js'

void replay(t, operatorBundle)
