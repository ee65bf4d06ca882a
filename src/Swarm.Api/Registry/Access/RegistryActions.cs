namespace Swarm.Api.Registry.Access;

/// <summary>What can be done with a repository.</summary>
[Flags]
public enum RegistryActions
{
    None = 0,
    Pull = 1,
    Push = 2,
    Delete = 4,
    All = Pull | Push | Delete,
}
