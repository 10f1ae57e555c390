-- The tables of FusionPBX that provisioning reads, with the columns of its current release, for servers that have no
-- FusionPBX. Names and types are FusionPBX's, so that the same statements and the same templates work on both; keys
-- and indexes are ours.

-- Tenants.
create table v_domains (
    domain_uuid uuid primary key not null, domain_parent_uuid uuid, domain_name text, domain_enabled boolean,
    domain_description text, insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);

-- Settings, a layer each.
create table v_default_settings (
    default_setting_uuid uuid primary key not null, app_uuid uuid, default_setting_category text,
    default_setting_subcategory text, default_setting_name text, default_setting_value text,
    default_setting_order numeric, default_setting_enabled boolean, default_setting_description text,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_domain_settings (
    domain_setting_uuid uuid primary key not null, domain_uuid uuid, app_uuid uuid, domain_setting_category text,
    domain_setting_subcategory text, domain_setting_name text, domain_setting_value text,
    domain_setting_order numeric, domain_setting_enabled boolean, domain_setting_description text,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_user_settings (
    user_setting_uuid uuid primary key not null, user_uuid uuid, domain_uuid uuid, user_setting_category text,
    user_setting_subcategory text, user_setting_name text, user_setting_value text, user_setting_order numeric,
    user_setting_enabled boolean, user_setting_description text, insert_date timestamptz, insert_user uuid,
    update_date timestamptz, update_user uuid
);
create index domain_settings_by_domain_uuid on v_domain_settings (domain_uuid);

-- Devices and what belongs to one.
create table v_devices (
    device_uuid uuid primary key not null, domain_uuid uuid, device_profile_uuid uuid, device_address text,
    device_label text, device_vendor text, device_location text, device_serial_number text, device_model text,
    device_firmware_version text, device_enabled boolean, device_enabled_date timestamptz, device_template text,
    device_user_uuid uuid, device_username text, device_password text, device_uuid_alternate uuid,
    device_description text, device_provisioned_date timestamptz, device_provisioned_method text,
    device_provisioned_ip text, device_provisioned_agent text, insert_date timestamptz, insert_user uuid,
    update_date timestamptz, update_user uuid
);
create table v_device_lines (
    device_line_uuid uuid primary key not null, domain_uuid uuid, device_uuid uuid, line_number text,
    server_address text, server_address_primary text, server_address_secondary text, outbound_proxy_primary text,
    outbound_proxy_secondary text, label text, display_name text, user_id text, auth_id text, password text,
    sip_port numeric, sip_transport text, register_expires numeric, shared_line text, enabled boolean,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_device_keys (
    device_key_uuid uuid primary key not null, domain_uuid uuid, device_uuid uuid, device_key_id numeric,
    device_key_category text, device_key_vendor text, device_key_type text, device_key_subtype text,
    device_key_line numeric, device_key_value text, device_key_extension text, device_key_protected text,
    device_key_label text, device_key_icon text, insert_date timestamptz, insert_user uuid, update_date timestamptz,
    update_user uuid
);
create table v_device_settings (
    device_setting_uuid uuid primary key not null, device_uuid uuid, domain_uuid uuid, device_setting_category text,
    device_setting_subcategory text, device_setting_name text, device_setting_value text,
    device_setting_enabled boolean, device_setting_description text, insert_date timestamptz, insert_user uuid,
    update_date timestamptz, update_user uuid
);
create index devices_by_device_address on v_devices (device_address);
create index devices_by_domain_uuid on v_devices (domain_uuid);
create index device_lines_by_device_uuid on v_device_lines (device_uuid);
create index device_lines_by_user_id on v_device_lines (user_id);
create index device_keys_by_device_uuid on v_device_keys (device_uuid);
create index device_settings_by_device_uuid on v_device_settings (device_uuid);

-- Profiles, shared by devices.
create table v_device_profiles (
    device_profile_uuid uuid primary key not null, domain_uuid uuid, device_profile_name text,
    device_profile_enabled boolean, device_profile_description text, insert_date timestamptz, insert_user uuid,
    update_date timestamptz, update_user uuid
);
create table v_device_profile_keys (
    device_profile_key_uuid uuid primary key not null, domain_uuid uuid, device_profile_uuid uuid,
    profile_key_id numeric, profile_key_category text, profile_key_vendor text, profile_key_type text,
    profile_key_subtype text, profile_key_line numeric, profile_key_value text, profile_key_extension text,
    profile_key_protected boolean, profile_key_label text, profile_key_icon text, insert_date timestamptz,
    insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_device_profile_settings (
    device_profile_setting_uuid uuid primary key not null, domain_uuid uuid, device_profile_uuid uuid,
    profile_setting_name text, profile_setting_value text, profile_setting_enabled boolean,
    profile_setting_description text, insert_date timestamptz, insert_user uuid, update_date timestamptz,
    update_user uuid
);
create index device_profile_keys_by_device_profile_uuid on v_device_profile_keys (device_profile_uuid);
create index device_profile_settings_by_device_profile_uuid on v_device_profile_settings (device_profile_uuid);

-- Extensions and people.
create table v_extensions (
    extension_uuid uuid primary key not null, domain_uuid uuid, extension text, number_alias text, password text,
    accountcode text, effective_caller_id_name text, effective_caller_id_number text, outbound_caller_id_name text,
    outbound_caller_id_number text, emergency_caller_id_name text, emergency_caller_id_number text,
    directory_first_name text, directory_last_name text, directory_visible boolean, directory_exten_visible boolean,
    max_registrations text, limit_max text, limit_destination text, missed_call_app text, missed_call_data text,
    user_context text, toll_allow text, call_timeout numeric, call_group text, call_screen_enabled boolean,
    user_record text, hold_music text, auth_acl text, cidr text, sip_force_contact text, nibble_account text,
    sip_force_expires numeric, mwi_account text, sip_bypass_media text, unique_id numeric, dial_string text,
    dial_user text, dial_domain text, do_not_disturb boolean, forward_all_destination text,
    forward_all_enabled boolean, forward_busy_destination text, forward_busy_enabled boolean,
    forward_no_answer_destination text, forward_no_answer_enabled boolean,
    forward_user_not_registered_destination text, forward_user_not_registered_enabled boolean, follow_me_uuid uuid,
    follow_me_enabled boolean, follow_me_destinations text, extension_language text, extension_dialect text,
    extension_voice text, extension_type text, enabled boolean, description text, absolute_codec_string text,
    force_ping boolean, insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_users (
    user_uuid uuid primary key not null, domain_uuid uuid, contact_uuid uuid, username text, password text,
    salt text, user_email text, user_status text, api_key text, user_totp_secret text, user_type text,
    user_enabled boolean, add_user text, add_date text, insert_date timestamptz, insert_user uuid,
    update_date timestamptz, update_user uuid
);
create table v_extension_users (
    extension_user_uuid uuid primary key not null, domain_uuid uuid, extension_uuid uuid, user_uuid uuid,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_groups (
    group_uuid uuid primary key not null, domain_uuid uuid, group_name text, group_protected boolean,
    group_level numeric, group_description text, insert_date timestamptz, insert_user uuid, update_date timestamptz,
    update_user uuid
);
create table v_user_groups (
    user_group_uuid uuid primary key not null, domain_uuid uuid, group_name text, group_uuid uuid, user_uuid uuid,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create index extensions_by_domain_uuid on v_extensions (domain_uuid);
create index extensions_by_extension on v_extensions (extension);
create index extension_users_by_user_uuid on v_extension_users (user_uuid);
create index user_groups_by_user_uuid on v_user_groups (user_uuid);

-- Contacts: who is listed, with which numbers, for whom.
create table v_contacts (
    contact_uuid uuid primary key not null, domain_uuid uuid, contact_parent_uuid uuid, contact_type text,
    contact_organization text, contact_name_prefix text, contact_name_given text, contact_name_middle text,
    contact_name_family text, contact_name_suffix text, contact_nickname text, contact_title text,
    contact_role text, contact_category text, contact_url text, contact_time_zone text, contact_note text,
    last_mod_date text, last_mod_user text, insert_date timestamptz, insert_user uuid, update_date timestamptz,
    update_user uuid
);
create table v_contact_phones (
    contact_phone_uuid uuid primary key not null, domain_uuid uuid, contact_uuid uuid, phone_label text,
    phone_type_voice numeric, phone_type_fax numeric, phone_type_video numeric, phone_type_text numeric,
    phone_speed_dial text, phone_country_code numeric, phone_number text, phone_extension text,
    phone_primary boolean, phone_description text, insert_date timestamptz, insert_user uuid,
    update_date timestamptz, update_user uuid
);
create table v_contact_groups (
    contact_group_uuid uuid primary key not null, domain_uuid uuid, contact_uuid uuid, group_uuid uuid,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create table v_contact_users (
    contact_user_uuid uuid primary key not null, domain_uuid uuid, contact_uuid uuid, user_uuid uuid,
    insert_date timestamptz, insert_user uuid, update_date timestamptz, update_user uuid
);
create index contacts_by_domain_uuid on v_contacts (domain_uuid);
create index contact_phones_by_contact_uuid on v_contact_phones (contact_uuid);
create index contact_groups_by_group_uuid on v_contact_groups (group_uuid);
create index contact_users_by_user_uuid on v_contact_users (user_uuid);
