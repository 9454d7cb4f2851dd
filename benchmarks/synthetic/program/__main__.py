"""`synthetic:units` components of six resources each, with the dependencies and secrets of a real program."""

import os

import pulumi
import pulumiverse_vercel as vercel

units = pulumi.Config().require_int("units")
account = vercel.Provider("vercel", team="team_bench", api_token=pulumi.Output.secret(os.environ["VERCEL_API_TOKEN"]))

for unit in range(units):
    app = pulumi.ComponentResource("bench:index:App", f"app-{unit}", opts=pulumi.ResourceOptions(providers=[account]))
    child = pulumi.ResourceOptions(parent=app)
    project = vercel.Project(f"app-{unit}-project", name=f"app-{unit}", framework="sveltekit", opts=child)
    for key in ("API_URL", "AUTH_SECRET", "DATABASE_URL", "LOG_LEVEL"):
        secret = key.endswith(("SECRET", "DATABASE_URL"))
        value = pulumi.Output.concat(key.lower(), " of ", project.id)
        guarded: pulumi.Output[str] = pulumi.Output.secret(value)
        vercel.ProjectEnvironmentVariable(
            f"app-{unit}-{key.lower()}",
            project_id=project.id,
            key=key,
            value=guarded if secret else value,
            sensitive=secret,
            targets=["production"],
            opts=child,
        )
    app.register_outputs({"projectId": project.id})
