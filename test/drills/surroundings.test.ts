import { testDrills } from './test-drills.ts'

describe('fault drills: what we depend on fails', () => testDrills('F3', 'F4', 'F5'))
