"""A project with a component, a generated secret, a stack secret and things that depend on each other."""

import os

import pulumi
import pulumi_random as random
import pulumiverse_vercel as vercel

config = pulumi.Config()
secrets = config.require_secret_object("secrets")
protect = config.require_bool("protected")

account = vercel.Provider("vercel", team="team_tiny", api_token=pulumi.Output.secret(os.environ["VERCEL_API_TOKEN"]))
app = pulumi.ComponentResource("brightbroom:hosting:App", "app", opts=pulumi.ResourceOptions(providers=[account]))
project = vercel.Project(
    "app-project",
    name="tiny",
    framework="sveltekit",
    resource_config=vercel.ProjectResourceConfigArgs(function_default_timeout=config.require_int("timeout")),
    opts=pulumi.ResourceOptions(parent=app, protect=protect),
)
password = random.RandomPassword(
    "app-secret",
    length=32,
    keepers={"rotation": config.require("rotation")},
    opts=pulumi.ResourceOptions(parent=app),
)
for key, value in {"AUTH_SECRET": password.result, "STACK_SECRET": secrets["planted"]}.items():
    vercel.ProjectEnvironmentVariable(
        f"app-{key.lower()}",
        project_id=project.id,
        key=key,
        value=value,
        targets=["production"],
        sensitive=True,
        opts=pulumi.ResourceOptions(parent=app, delete_before_replace=True),
    )
app.register_outputs({"projectId": project.id})
pulumi.export("projectId", project.id)
pulumi.export("authSecret", password.result)
