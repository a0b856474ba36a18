import type { ModuleSpec } from '../module.model.ts';
import { field, lookup, picklist, text } from './field.specs.ts';

export const TASKS: ModuleSpec = {
  apiName: 'Tasks',
  singular: 'Task',
  plural: 'Tasks',
  nameField: 'Subject',
  upsertable: false,
  watchable: true,
  fields: [
    text('Subject', 255, { mandatory: true }),
    field('Due_Date', 'date'),
    lookup('What_Id', '*', { indexed: true }),
    lookup('Who_Id', 'Contacts', { indexed: true }),
    picklist('Status', [
      'Not Started',
      'Deferred',
      'In Progress',
      'Completed',
      ['Waiting on someone else', 'Waiting for input'],
    ]),
    picklist('Priority', ['High', 'Highest', 'Low', 'Lowest', 'Normal']),
    field('Send_Notification_Email', 'boolean'),
    field('Description', 'textarea'),
  ],
};

export const CASES: ModuleSpec = {
  apiName: 'Cases',
  singular: 'Case',
  plural: 'Cases',
  nameField: 'Subject',
  systemField: 'Subject',
  upsertable: true,
  watchable: true,
  fields: [
    text('Subject', 255, { mandatory: true, indexed: true }),
    picklist('Case_Origin', ['Email', 'Phone', 'Web', 'Twitter', 'Facebook'], { mandatory: true }),
    picklist('Status', ['New', 'On Hold', 'Escalated', 'Closed'], { mandatory: true }),
    picklist('Priority', ['High', 'Medium', 'Low']),
    picklist('Type', ['Problem', 'Feature Request', 'Question']),
    picklist('Case_Reason', [
      'User did not attend any training',
      'Complex functionality',
      'Existing problem',
      'Instructions not clear',
      'New problem',
    ]),
    lookup('Account_Name', 'Accounts', { indexed: true }),
    lookup('Related_To', 'Contacts', { indexed: true }),
    lookup('Deal_Name', 'Deals'),
    lookup('Product_Name', 'Products'),
    text('Reported_By', 50),
    field('Email', 'email'),
    field('Phone', 'phone'),
    field('Description', 'textarea'),
    field('Internal_Comments', 'textarea'),
    field('Solution', 'textarea'),
  ],
};

export const NOTES: ModuleSpec = {
  apiName: 'Notes',
  singular: 'Note',
  plural: 'Notes',
  nameField: 'Note_Title',
  upsertable: false,
  watchable: false,
  fields: [
    text('Note_Title', 120),
    field('Note_Content', 'textarea', { length: 65_535 }),
    field('Parent_Id', 'parent', { mandatory: true, indexed: true }),
  ],
};
