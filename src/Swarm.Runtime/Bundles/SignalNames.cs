namespace Swarm.Runtime.Bundles;

/// <summary>Signals by name or number, for those who are asked to send one.</summary>
public static class SignalNames
{
    /// <summary>Reads <c>SIGTERM</c>, <c>term</c>, <c>15</c> or <c>SIGRTMIN+3</c>.</summary>
    public static bool TryParse(string text, out int signal)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            signal = Signals.Parse(text);
            return true;
        }
        catch (ContainerException)
        {
            signal = 0;
            return false;
        }
    }
}
