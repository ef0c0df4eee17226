// Judges PDF files by PDF/A-3a and PDF/UA-1 with veraPDF's engine: one line per file and standard.
// java -cp verapdf.jar:jaxb.jar Judge.java FILE...

import java.io.File;
import java.util.Locale;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class Judge {
    public static void main(String[] files) throws Exception {
        Locale.setDefault(Locale.ROOT);
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour[] standards = {PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1};
        for (String file : files) {
            for (PDFAFlavour standard : standards) {
                judge(file, standard);
            }
        }
    }

    private static void judge(String file, PDFAFlavour standard) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), standard);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(standard, false)) {
            ValidationResult result = validator.validate(parser);
            TreeSet<String> broken = new TreeSet<>();
            for (TestAssertion found : result.getTestAssertions()) {
                if (found.getStatus() == TestAssertion.Status.FAILED) {
                    broken.add(found.getRuleId().getClause() + "/" + found.getRuleId().getTestNumber() + " "
                            + found.getMessage().replaceAll("\\s+", " "));
                }
            }
            System.out.println(file + "\t" + standard.getId() + "\t" + result.isCompliant() + "\t"
                    + result.getTotalAssertions() + "\t" + String.join("; ", broken));
        }
    }
}
