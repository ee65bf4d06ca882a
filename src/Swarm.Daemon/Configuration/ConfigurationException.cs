using System.Collections.Immutable;

namespace Swarm.Daemon.Configuration;

/// <summary>All that is wrong with the settings; each error names key and source.</summary>
internal sealed class ConfigurationException(ImmutableArray<string> errors)
    : Exception(string.Join(Environment.NewLine, errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
