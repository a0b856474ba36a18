import kafkajs from 'kafkajs';

// kafkajs is CommonJS, and Node finds only some of its names.
export const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
