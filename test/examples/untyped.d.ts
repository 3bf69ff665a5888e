// Packages that bring no types.
declare module "email-templates";
declare module "hbs";
