namespace Swarm.Core.Containers;

/// <summary>Why a container cannot have the log that it was asked to have.</summary>
/// <param name="Option">The option that is at fault; empty: the driver.</param>
/// <param name="Reason">In words for people.</param>
/// <param name="IsUnsupported">Docker knows it, and this project does not; else it is wrong.</param>
public sealed record LogRefusal(string Option, string Reason, bool IsUnsupported);
