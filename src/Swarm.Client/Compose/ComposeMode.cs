namespace Swarm.Client.Compose;

/// <summary>The values of <c>deploy.mode</c>.</summary>
internal enum ComposeMode
{
    Replicated,
    ReplicatedJob,
    Global,
    GlobalJob,
}
