namespace Swarm.Images.Tests.Collecting;

/// <summary>Something that must never be was seen.</summary>
internal sealed class BrokenRuleException(string what) : Exception(what);
