-- The rows of every case: provisioning is enabled, and phones of one domain ask for its name.
insert into v_domains (domain_uuid, domain_name, domain_enabled)
values ('d0000000-0000-4000-8000-000000000001', 'pbx.example.net', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
    default_setting_name, default_setting_value, default_setting_enabled)
values ('5e000000-0000-4000-8000-000000000001', 'provision', 'enabled', 'boolean', 'true', true);
