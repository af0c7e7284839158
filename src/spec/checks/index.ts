/** The semantic checks of config.json: what a schema cannot say, and no host is needed for. */
import type { Finding } from "../finding.ts";
import type { Spec } from "../types.ts";
import * as devices from "./devices.ts";
import * as document from "./document.ts";
import * as hooks from "./hooks.ts";
import * as idMappings from "./id-mappings.ts";
import * as intelRdt from "./intel-rdt.ts";
import * as linuxPaths from "./linux-paths.ts";
import * as memoryPolicy from "./memory-policy.ts";
import * as mounts from "./mounts.ts";
import * as namespaces from "./namespaces.ts";
import { personalityHasNoFlags } from "./personality.ts";
import { PROCESS_CHECKS } from "./process.ts";
import * as resources from "./resources.ts";
import * as seccomp from "./seccomp.ts";
import { sysctlsAreNamespaced } from "./sysctl.ts";

/** A check: a whole, schema-valid config in, its faults of one kind out. */
export type Check = (spec: Spec) => Finding[];

/** The checks of the container's own process. */
function checkProcess(spec: Spec): Finding[] {
  const { process } = spec;
  return process === undefined ? [] : PROCESS_CHECKS.flatMap((check) => check(process, "/process"));
}

/** All checks, in the order in which their findings are shown. */
export const CHECKS: readonly Check[] = [
  document.versionIsKnown,
  document.rootIsPresent,
  document.processIsPresent,
  document.linuxIsPresent,
  document.textsHaveNoNulBytes,
  document.annotationsHaveKeys,
  document.otherPlatformsAreAbsent,
  checkProcess,
  namespaces.namespacesAreOnce,
  namespaces.namespacePathsAreAbsolute,
  namespaces.namesHaveUtsNamespace,
  namespaces.namesFit,
  namespaces.timeOffsetsHaveTimeNamespace,
  namespaces.netDevicesHaveNetworkNamespace,
  idMappings.mappingsHaveUserNamespace,
  idMappings.userNamespaceHasMappings,
  idMappings.mappingsAreSound,
  idMappings.processIdsAreMapped,
  mounts.destinationsAreAbsolute,
  mounts.mountsHaveTypes,
  mounts.bindMountsHaveSources,
  mounts.bindMountsHaveNoData,
  mounts.procIsProcfs,
  mounts.mountMappingsArePaired,
  mounts.idMappedMountsHaveMappings,
  mounts.idMappedMountsAreBinds,
  hooks.hookPathsAreAbsolute,
  hooks.hookTimeoutsArePositive,
  devices.devicePathsAreAbsolute,
  devices.devicesHaveNumbers,
  devices.devicePathsAreOnce,
  devices.devicesAreOnce,
  linuxPaths.hiddenPathsAreAbsolute,
  linuxPaths.cgroupsPathDoesNotClimb,
  sysctlsAreNamespaced,
  resources.memoryIsNotNegative,
  resources.swapIsAboveMemory,
  resources.cpuBurstFitsQuota,
  resources.cpuPeriodIsInRange,
  resources.cpuSetsAreLists,
  resources.deviceRulesHaveAccess,
  resources.blockWeightsAreSound,
  resources.hugePagesHaveSizes,
  resources.rdmaLimitsAreSet,
  resources.unifiedKeysAreFiles,
  seccomp.errnosHaveActions,
  seccomp.seccompArgumentsExist,
  seccomp.listenerMetadataHasListener,
  seccomp.notifyHasListener,
  seccomp.notifyDoesNotHang,
  intelRdt.classIsAName,
  intelRdt.schemataAreLines,
  intelRdt.schemasHavePrefixes,
  memoryPolicy.policyNodesFitMode,
  memoryPolicy.policyFlagsFitMode,
  personalityHasNoFlags,
];
