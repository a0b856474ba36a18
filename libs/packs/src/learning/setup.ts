import type { SetUp, SetUpField } from '#mapping';

const text = (apiName: string, length: number): SetUpField => ({ apiName, type: 'text', length });
const integers = (...names: string[]): SetUpField[] => names.map((apiName) => ({ apiName, type: 'integer' }));

export const setup: SetUp = {
  Contacts: [
    { ...text('External_ID', 255), unique: true },
    text('Display_Name', 100),
    { apiName: 'User_Type', type: 'picklist', values: ['Student', 'Parent', 'Advisor', 'Admin', 'Observer'] },
    { apiName: 'Signup_Date', type: 'date' },
    ...integers('Total_XP'),
    text('Level', 50),
    ...integers('Active_Quests', 'Completed_Quests', 'Tasks_Completed', 'Badges_Earned', 'Current_Streak'),
    ...integers('XP_STEM', 'XP_Wellness', 'XP_Communication', 'XP_Civics', 'XP_Art'),
    { apiName: 'Portfolio_URL', type: 'website', length: 255 },
    { apiName: 'Parent_Linked', type: 'boolean' },
    {
      apiName: 'LMS_Platform',
      type: 'picklist',
      values: ['None', 'Canvas', 'Google Classroom', 'Schoology', 'Moodle'],
    },
    { apiName: 'Last_Activity_Date', type: 'datetime' },
  ],
  // Not unique: not every org lets a field of Tasks be so. A task is found by it, and happens once by its key.
  Tasks: [text('External_ID', 255), text('Event_Type', 50), ...integers('XP_Earned'), text('Quest_ID', 100)],
};

export const scopes = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.modules.notes.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.bulk.ALL',
  'ZohoFiles.files.ALL',
  'ZohoCRM.coql.READ',
  'ZohoCRM.notifications.ALL',
  'ZohoCRM.org.READ',
  'ZohoCRM.users.READ',
];
