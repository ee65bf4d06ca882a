namespace Swarm.Linux.Users;

/// <summary>Ids of a user namespace that follow each other, and those of the host that they are.</summary>
/// <param name="Inside">The first one in the namespace.</param>
/// <param name="Outside">The first one on the host.</param>
public readonly record struct IdRange(uint Inside, uint Outside, uint Size);
