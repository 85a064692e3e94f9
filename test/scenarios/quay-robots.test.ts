import t from 'tap'
import { quayRobots } from '../../scenarios/quay-robots/scenario.js'
import { replay } from './replay.js'

void replay(t, quayRobots)
