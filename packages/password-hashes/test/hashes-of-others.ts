/** What made it, the password, and the hash. Nothing here was made by the code that is tested. */
type Sample = [what: string, password: string, hash: string];

const long =
  'VSK0UYV6FFQVZ0KG88DYN9WADAADZO1CTSIVDJUNZSUML6IBX7LN7ZS3R5' +
  'JGB3RGZ7VI7G7DJQ9NI8BQFSRPTG6UWTTVESA5ZPUN';

/** Made by Django 3.2.25; scrypt and the old argon2i are those of Django's own tests. */
export const djangoHashes: Sample[] = [
  [
    'pbkdf2_sha256',
    'lètmein',
    'pbkdf2_sha256$260000$t0Jc2rmArSat83amzYTHih$NtN4nfnPDVDT3cuO75dlHjS8TLElpmHgDXWF8TIZhC0=',
  ],
  [
    'pbkdf2_sha1',
    'lètmein',
    'pbkdf2_sha1$260000$JiVnlAjFbIRTDPXwZe6ISN$R3hpdSuyNY5o7J+AUA0cToAseyQ=',
  ],
  [
    'argon2',
    'lètmein',
    'argon2$argon2id$v=19$m=102400,t=2,p=8$VFNFSTB1QnhYbnJ6RlcwTUk0MDlXMA$T5mv3TkzQWQogqa71sC3qw',
  ],
  [
    'argon2 without a version',
    'secret',
    'argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg',
  ],
  [
    'bcrypt_sha256',
    'lètmein',
    'bcrypt_sha256$$2b$04$kUp0.BrIjR/kLlBiqku/3.pV3v41hK/TlLTMSj/EZ04fwp9Rvfc2W',
  ],
  [
    'bcrypt_sha256 of 100 characters',
    long,
    'bcrypt_sha256$$2b$04$ljUw6no3RHACGB19lf1Ug.KflbUWB2Fq.ei6KvYrbrQ.KV8UAplHO',
  ],
  ['bcrypt', 'lètmein', 'bcrypt$$2b$04$/JAuO1gjxP5zQPosseG.z.f/b7kYho7qYXbjou0RM39CbMIrXaPZ2'],
  [
    'scrypt',
    'lètmein',
    'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
  ],
];

/**
 * From the tests of Spring Security; `v5_8` by Java's own PBKDF2 with the documented parameters, and
 * argon2 by PHP, as Spring writes the same form.
 */
export const springHashes: Sample[] = [
  [
    '{argon2}',
    'lètmein',
    '{argon2}$argon2id$v=19$m=64,t=2,p=1$cXZ4YUpKekt6YnpWd1I2OA$V1zOZwv+Rv34O7qSJr8DqvT78kVctMSEV/3uKUCw11E',
  ],
  [
    '{argon2@SpringSecurity_v5_8}',
    'lètmein',
    '{argon2@SpringSecurity_v5_8}$argon2id$v=19$m=64,t=2,p=1$cXZ4YUpKekt6YnpWd1I2OA$V1zOZwv+Rv34O7qSJr8DqvT78kVctMSEV/3uKUCw11E',
  ],
  ['{bcrypt}', 'password', '{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG'],
  [
    '{pbkdf2}',
    'password',
    '{pbkdf2}5d923b44a6d129f3ddf3e3c8d29412723dcbde72445e8ef6bf3b508fbf17fa4ed4d6b99ca763d8dc',
  ],
  [
    '{pbkdf2@SpringSecurity_v5_8}',
    'lètmein',
    '{pbkdf2@SpringSecurity_v5_8}73d51abbd89cb8196f0efb6892f94d6811fa143cea824ad4c92ecb22844705d26c55f7e7c314607ec58a8504451dd4d5',
  ],
  [
    '{scrypt}',
    'password',
    '{scrypt}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=',
  ],
  [
    '{scrypt@SpringSecurity_v5_8}',
    'password',
    '{scrypt@SpringSecurity_v5_8}$e0801$8bWJaSu2IKSn9Z9kM+TPXfOc/9bdYSrN1oD9qfVThWEwdRTnO7re7Ei+fUZRJ68k9lTyuTeUp4of4g24hHnazw==$OAOec05+bXxvuu/1qZ6NUR+xQYvYv7BeL1QxwRpY5Pc=',
  ],
];

/** From the tests of ASP.NET Core Identity. */
export const aspnetHashes: Sample[] = [
  [
    'ASP.NET 2',
    'my password',
    'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg==',
  ],
  [
    'ASP.NET 2, another salt',
    'my password',
    'ANXrDknc7fGPpigibZXXZFMX4aoqz44JveK6jQuwY3eH/UyPhvr5xTPeGYEckLxz9A==',
  ],
  [
    'ASP.NET 3, SHA-1',
    'my password',
    'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M',
  ],
  [
    'ASP.NET 3, SHA-256',
    'my password',
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
  ],
  [
    'ASP.NET 3, SHA-256, a long salt',
    'my password',
    'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
  ],
  [
    'ASP.NET 3, SHA-512',
    'my password',
    'AQAAAAIAAYagAAAAEAABAgMEBQYHCAkKCwwNDg/Q8A0WMKbtHQJQ2DHCdoEeeFBrgNlldq6vH4qX/CGqGQ==',
  ],
  [
    'ASP.NET 3, SHA-512, 64 bytes',
    'my password',
    'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
  ],
];

/** Made by libxcrypt 4.4, passlib 1.7.4, PHP 8.2 (as Laravel does) and argon2-cffi 21.1. */
export const otherHashes: Sample[] = [
  ['bcrypt 2a', 'lètmein', '$2a$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG'],
  ['bcrypt 2b', 'lètmein', '$2b$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG'],
  ['bcrypt 2y', 'lètmein', '$2y$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG'],
  ['bcrypt of PHP', 'lètmein', '$2y$04$KPgUIRYc/BwMrwH4ZN2fleJjh6CWGM.ohWhhuL6SuMBniRfYlGBSG'],
  [
    'argon2i of PHP',
    'lètmein',
    '$argon2i$v=19$m=64,t=2,p=1$cjBEZ0Q0eHhkL0IydERTTg$22DlwHBQoLdcIiFT10v3lrjvG0D51y2aG2BRoiW1U4g',
  ],
  [
    'argon2id of PHP',
    'lètmein',
    '$argon2id$v=19$m=64,t=2,p=1$cXZ4YUpKekt6YnpWd1I2OA$V1zOZwv+Rv34O7qSJr8DqvT78kVctMSEV/3uKUCw11E',
  ],
  [
    'argon2i of argon2-cffi',
    'lètmein',
    '$argon2i$v=19$m=64,t=2,p=2$s3yc2aDA/8Q1SRrPkeO0Cg$wcIob1l0suX3dX4HFdLl4Q',
  ],
  [
    'argon2id of argon2-cffi',
    'lètmein',
    '$argon2id$v=19$m=64,t=2,p=2$lyOPsU5YTK/FQ5N+lKPmkg$2nbLYj34sRRrZkQjcC/SOw',
  ],
  [
    'PBKDF2 of passlib, SHA-1',
    'lètmein',
    '$pbkdf2$1000$c865V4rRmtO6937PWQthbA$wH/OZqydVJGQZzEeJY7I7XwWn4E',
  ],
  [
    'PBKDF2 of passlib, SHA-256',
    'lètmein',
    '$pbkdf2-sha256$1000$LmWMEcI4B2AMgXCOEUKIMQ$KHjTcI5ja.BdyCsSSaXgRRCFB9YghI63m1lz.USr3P8',
  ],
  [
    'PBKDF2 of passlib, SHA-512',
    'lètmein',
    '$pbkdf2-sha512$1000$b.29lxJCqJWSEkJobY0R4g$DQcr6/WGc/IkbUVRrMXtUh5WnaoEQOfQs4rTV4D9NtBox3whJH12ti0eeJQPY0.ejDyMbHGjLGeWXvLWWSn8.w',
  ],
  [
    'PBKDF2 in PHC',
    'lètmein',
    '$pbkdf2-sha256$i=1000$LmWMEcI4B2AMgXCOEUKIMQ$KHjTcI5ja+BdyCsSSaXgRRCFB9YghI63m1lz+USr3P8',
  ],
  [
    'PBKDF2 in PHC with its length',
    'lètmein',
    '$pbkdf2-sha256$i=1000,l=32$LmWMEcI4B2AMgXCOEUKIMQ$KHjTcI5ja+BdyCsSSaXgRRCFB9YghI63m1lz+USr3P8',
  ],
  [
    'scrypt of passlib',
    'lètmein',
    '$scrypt$ln=4,r=8,p=1$WOvdW+tdSwnhnBOC0ForBQ$+Mp70M5MZ4LbcFRG96vRfuZjNpE7sWR5PQQZZidOkn0',
  ],
  [
    'scrypt of passlib with other parameters',
    'lètmein',
    '$scrypt$ln=4,r=4,p=2$8B7j3LsXotSa05rT2ptzLg$nTn0kxClCPCdYtjGAD/HHYqouxySQeVb+SVaxmYQ4b4',
  ],
];
