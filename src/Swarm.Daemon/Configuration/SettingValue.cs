using System.Collections.Immutable;

namespace Swarm.Daemon.Configuration;

/// <summary>What a source gives for one path.</summary>
internal abstract record SettingValue
{
    private SettingValue()
    {
    }

    internal sealed record Text(string Value) : SettingValue;

    internal sealed record List(ImmutableArray<string> Items) : SettingValue;

    /// <summary>An object without members.</summary>
    internal sealed record Group : SettingValue;
}
