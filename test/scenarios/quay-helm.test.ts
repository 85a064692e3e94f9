import t from 'tap'
import { quayHelm } from '../../scenarios/quay-helm/scenario.js'
import { replay } from './replay.js'

void replay(t, quayHelm)
