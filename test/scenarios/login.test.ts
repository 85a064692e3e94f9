import t from 'tap'
import { login } from '../../scenarios/login/login.js'
import { replay } from './replay.js'

void replay(t, login)
