import t from 'tap'
import { helmRepository } from '../../scenarios/helm-repository/scenario.js'
import { replay } from './replay.js'

void replay(t, helmRepository)
