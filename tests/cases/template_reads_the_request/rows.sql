insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '001565c0ffee', 'yealink',
    'yealink/desk', true);
